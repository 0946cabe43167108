/** Other images in the place of those that a definition names: `--image CONTAINER=REFERENCE`. */
import { InvalidInputError } from "../errors.ts";
import { deepFreeze } from "./freeze.ts";
import { imageFault } from "./image-reference.ts";
import { suggestion } from "./nearest.ts";
import { childPath, quote } from "./problem.ts";
import { hasImageCharacters } from "./rules-identity.ts";

/**
 * A copy with the images of the named containers replaced. Takes a document that was not validated yet as well, because an
 * unfilled placeholder in an image is one reason to replace it. Frozen when `definition` is.
 * @throws {InvalidInputError} when a container does not exist, or a reference is none
 */
export function replaceImages<Definition>(
  definition: Definition,
  replacements: Readonly<Record<string, string>>,
): Definition {
  const wanted = new Map(Object.entries(replacements));
  if (wanted.size === 0) return definition;
  if (!isObject(definition)) throw new InvalidInputError("", "Cannot replace images: the document is no object");
  const { containerDefinitions } = definition;
  const containers: readonly unknown[] = Array.isArray(containerDefinitions) ? containerDefinitions : [];
  checkReplacements(wanted, containers.flatMap(nameOf));
  const replaced = {
    ...definition,
    containerDefinitions: containers.map((container) => {
      const image = wanted.get(nameOf(container)[0] ?? "");
      return image === undefined || !isObject(container) ? container : { ...container, image };
    }),
  };
  return Object.isFrozen(definition) ? deepFreeze(replaced) : replaced;
}

type Containers = { readonly containerDefinitions?: unknown; readonly name?: unknown };

function isObject<Value>(value: Value): value is Value & Containers {
  return typeof value === "object" && value !== null;
}

function nameOf(container: unknown): string[] {
  return isObject(container) && typeof container.name === "string" ? [container.name] : [];
}

function checkReplacements(wanted: ReadonlyMap<string, string>, names: readonly string[]): void {
  for (const [name, image] of wanted) {
    if (!names.includes(name)) {
      const known = names.length === 0 ? "it has none" : `it has ${names.map((known) => quote(known)).join(", ")}`;
      const guess = suggestion(name, names);
      const hint = guess === undefined ? "" : `. ${guess}`;
      throw new InvalidInputError(
        "",
        `Cannot replace image of ${quote(name)}: the definition has no such container, ${known}${hint}`,
      );
    }
    const fault = hasImageCharacters(image)
      ? imageFault(image)?.message
      : "not a reference of 1 to 255 letters, digits and - _ : . / # @";
    if (fault !== undefined) {
      const path = childPath(childPath("containerDefinitions", names.indexOf(name)), "image");
      throw new InvalidInputError(
        path,
        `Cannot use image ${quote(image)}: ${fault.charAt(0).toLowerCase()}${fault.slice(1)}`,
      );
    }
  }
}
