export function buildDashboard(root: string): Promise<boolean>;
