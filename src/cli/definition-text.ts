/** From the text of a definition to plain data, without what reads YAML as long as the text is JSON. */
import type { BarePlaceholder } from "../core/definition/text.ts";

/** What ECS takes. JSON of this size needs none of the checks of `readDefinitionText`. */
const ORDINARY_CHARACTERS = 65_536;

export type DefinitionText = { readonly value: unknown; readonly bare: readonly BarePlaceholder[] };

/**
 * As `readDefinitionText`, which brings a parser of YAML: a quarter of all that `berth run` would load.
 * @throws {InvalidInputError} with `name:line:column` as its path when the text cannot be read
 */
export async function readText(text: string, name: string): Promise<DefinitionText> {
  const json = ordinaryJson(text);
  if (json !== undefined) return { value: json.value, bare: [] };
  const { readDefinitionText, barePlaceholders } = await import("../core/definition/text.ts");
  return { value: readDefinitionText(text, name), bare: barePlaceholders(text) };
}

function ordinaryJson(text: string): { readonly value: unknown } | undefined {
  if (text.length > ORDINARY_CHARACTERS) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined; // what is wrong with it, or that it is YAML, is found by the other reader
  }
}
