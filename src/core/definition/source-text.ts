/** How a file spells a number or truth value: `1.10`, `012345678901`, where the document holds what they amount to. */
import { type Document, isScalar, parseDocument } from "yaml";
import { nestsTooDeep, YAML_MAX_CHARACTERS } from "../yaml-limits.ts";
import { keysOfPath } from "./fix.ts";
import type { SourceOf } from "./shape.ts";

type Keys = readonly (string | number)[];

/** The forms in which a file may hold a definition, see `unwrapDocument`. */
const AROUND: readonly Keys[] = [[], ["taskDefinition"], [0], [0, "taskDefinition"]];

/** Reads the text once, at the first question. JSON is read as YAML, which keeps what it has read. */
export function sourceFinder(text: string): SourceOf {
  let document: Document.Parsed | undefined;
  if (text.length > YAML_MAX_CHARACTERS || nestsTooDeep(text)) return () => undefined;
  return (path) => {
    document ??= parseDocument(text, { merge: true, logLevel: "silent" });
    return sourceAt(document, keysOfPath(path));
  };
}

/** What may stand at a path, in each form of a file. */
export function nodesAt(document: Document.Parsed, keys: Keys): unknown[] {
  const forms = [...AROUND.map((around) => [...around, ...keys]), inContainerList(keys)];
  return [...forms, ...forms.map(capitalised)].map((place): unknown => document.getIn(place, true));
}

/** As CloudFormation spells it. */
function capitalised(keys: Keys): Keys {
  return keys.map((key) => (typeof key === "string" ? key.charAt(0).toUpperCase() + key.slice(1) : key));
}

function sourceAt(document: Document.Parsed, keys: Keys): string | undefined {
  for (const node of nodesAt(document, keys)) {
    if (isScalar(node) && typeof node.value !== "string" && node.source !== undefined) return node.source;
  }
  return undefined;
}

/** A bare list of container definitions. */
function inContainerList([first, ...rest]: Keys): Keys {
  return first === "containerDefinitions" ? rest : [];
}
