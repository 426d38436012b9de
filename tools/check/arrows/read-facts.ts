import type { Node, VisitorObject } from "oxc-parser";
import { parseSource } from "../parse-source.ts";
import type { SourceFile } from "../source-files.ts";

export interface ImportFact {
  readonly specifier: string;
  readonly line: number;
  /** `value` loads the module when it runs, `type` is erased (an arrow all the same), `effect` is a bare `import "x"`. */
  readonly kind: "value" | "type" | "effect";
}

export interface FileFacts {
  readonly path: string;
  readonly imports: readonly ImportFact[];
  readonly environmentLines: readonly number[];
  readonly exitLines: readonly number[];
}

/** What the rules ask about one file. */
export function readFacts(file: SourceFile): FileFacts {
  const parsed = parseSource(file);
  const imports: ImportFact[] = [];
  const uses = { env: [] as number[], exit: [] as number[] };
  const addImport = (node: Node, specifier: string, kind: ImportFact["kind"]) => {
    imports.push({ specifier, kind, line: parsed.lineAt(node.start) });
  };
  const addUse = (node: Node, name: string) => {
    if (name === "env" || name === "exit") uses[name].push(parsed.lineAt(node.start));
  };
  parsed.visit({
    ...importVisitor(addImport),
    ...processVisitor(addUse),
    ImportDeclaration(node) {
      const isEffect = node.specifiers.length === 0;
      addImport(node, node.source.value, isEffect ? "effect" : (node.importKind ?? "value"));
      if (!/^(node:)?process$/.test(node.source.value)) return;
      for (const one of node.specifiers) {
        if (one.type === "ImportSpecifier" && one.imported.type === "Identifier")
          addUse(one, one.imported.name);
      }
    },
  });
  return { path: file.path, imports, environmentLines: uses.env, exitLines: uses.exit };
}

function importVisitor(
  add: (node: Node, specifier: string, kind: ImportFact["kind"]) => void,
): VisitorObject {
  return {
    ExportNamedDeclaration(node) {
      if (node.source) add(node, node.source.value, node.exportKind ?? "value");
    },
    ExportAllDeclaration(node) {
      add(node, node.source.value, node.exportKind ?? "value");
    },
    ImportExpression(node) {
      if (node.source.type === "Literal" && typeof node.source.value === "string") {
        add(node, node.source.value, "value");
      }
    },
    TSImportType(node) {
      add(node, node.source.value, "type");
    },
  };
}

/** `process.env` and `process.exit` in every spelling: member, index, through globalThis, destructured. */
function processVisitor(add: (node: Node, name: string) => void): VisitorObject {
  return {
    MemberExpression(node) {
      if (isProcess(node.object)) add(node, propertyName(node));
    },
    VariableDeclarator(node) {
      if (!node.init || !isProcess(node.init) || node.id.type !== "ObjectPattern") return;
      for (const property of node.id.properties) {
        if (property.type === "Property" && property.key.type === "Identifier")
          add(property, property.key.name);
      }
    },
  };
}

function isProcess(node: Node): boolean {
  if (node.type === "Identifier") return node.name === "process";
  if (node.type !== "MemberExpression" || node.object.type !== "Identifier") return false;
  return node.object.name === "globalThis" && propertyName(node) === "process";
}

function propertyName(node: Extract<Node, { type: "MemberExpression" }>): string {
  if (node.property.type === "Identifier" && !node.computed) return node.property.name;
  return node.property.type === "Literal" ? String(node.property.value) : "";
}
