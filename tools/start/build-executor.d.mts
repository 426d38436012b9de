export function buildExecutor(root: string): Promise<void>;
