/** Stands for what is not known yet, in any text of a resource: `Id`, `Id.Arn`, `AWS::Region`. CloudFormation writes it so too. */
export function refTo(name: string): string {
  return `\${${name}}`;
}

const REFERENCE = /\$\{([\w:.]+)\}/g;

/** Puts what is known in the place of `${Id}`, `${Id.Arn}` and `${AWS::Region}`, in all texts within; what is not known yet stays. */
export function resolveReferences<T>(value: T, known: ReadonlyMap<string, string>): T {
  return mapTexts(value, (text) =>
    text.replace(REFERENCE, (reference, name: string) => known.get(name) ?? reference),
  ) as T;
}

/** Other texts in the same shape. */
export function mapTexts(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((part) => mapTexts(part, change));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapTexts(part, change)]));
}
