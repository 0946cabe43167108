/** Family, containers, names, images, essential. Source: interfaces 1.3.2. */
import { linkTarget } from "../task-dependencies.ts";
import { aws } from "./aws-texts.ts";
import type { Change, Fix } from "./fix.ts";
import { addLike, either, hint, option, setIn, write } from "./fix.ts";
import { imageFault } from "./image-reference.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { present } from "./rule-context.ts";

const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const IMAGE = /^[A-Za-z0-9_\-:./#@]{1,255}$/;
const CONTAINERS_MAX = 10;
const EXAMPLE_IMAGE = "nginx:1.27";

export function isName(value: string): boolean {
  return NAME.test(value);
}

/** The same with hyphens in the place of what a name may not hold; undefined when nothing is left. */
export function asName(value: string, taken: Iterable<string> = []): string | undefined {
  const base = value
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 250);
  return base === "" ? undefined : freeName(base, taken);
}

function freeName(base: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  if (!used.has(base)) return base;
  for (let number = 2; ; number++) if (!used.has(`${base}-${number}`)) return `${base}-${number}`;
}

/** May ECS take it? What Docker can pull is said by `imageFault`. */
export function hasImageCharacters(value: string): boolean {
  return IMAGE.test(value);
}

export function checkIdentity(context: RuleContext): void {
  checkFamily(context);
  checkCount(context);
  for (const entry of context.containers) checkName(entry, context);
  for (const entry of context.containers) checkImage(entry, context);
  checkUnique(context);
  checkEssential(context);
}

function checkFamily({ task, report, isDamaged }: RuleContext): void {
  if (isDamaged("family")) return;
  const family = present(task.family);
  if (family === undefined) {
    report("family-required", "family", "The family is missing", {
      fix: addLike("family", "web"),
      awsMessage: aws.family("blank"),
    });
  } else if (!isName(family)) {
    report(
      "family-characters",
      "family",
      `The family ${quote(family)} holds other characters than letters, digits, - and _, or too many`,
      { fix: write("family", asName(family) ?? "web"), awsMessage: aws.family("invalidCharacters") },
    );
  }
}

function checkCount({ containers, report, isDamaged }: RuleContext): void {
  if (isDamaged("containerDefinitions")) return;
  if (containers.length === 0) {
    report("containers-required", "containerDefinitions", "There is no container", {
      fix: addLike("containerDefinitions", [{ name: "web", image: EXAMPLE_IMAGE, memory: 256 }]),
      awsMessage: aws.noContainer(),
    });
  }
  if (containers.length > CONTAINERS_MAX) {
    report(
      "containers-too-many",
      "containerDefinitions",
      `There are ${containers.length} containers, and a task has at most ${CONTAINERS_MAX}`,
      { fix: hint("Split the task"), awsMessage: aws.tooManyContainers() },
    );
  }
}

function checkName(entry: NamedContainer, context: RuleContext): void {
  const { container, path } = entry;
  const at = `${path}.name`;
  if (context.isDamaged(path) || context.isDamaged(at)) return;
  const name = present(container.name);
  if (name === undefined) {
    context.report("container-name-required", at, "The container has no name", {
      fix: addLike(at, freeName("web", context.byName.keys())),
      awsMessage: aws.containerName("blank"),
    });
  } else if (!isName(name)) {
    context.report(
      "container-name-characters",
      at,
      `The name ${quote(name)} holds other characters than letters, digits, - and _, or too many`,
      { fix: renameFix(name, at, context), awsMessage: aws.containerName("invalidCharacters") },
    );
  }
}

/** What refers to the container takes the new name as well. */
function renameFix(name: string, at: string, context: RuleContext): Fix {
  const to = asName(name, context.byName.keys()) ?? freeName("web", context.byName.keys());
  const references = referencesTo(name, to, context);
  const { text } = write(at, to);
  const changes: readonly Change[] = [{ op: "set", path: at, value: to }, ...references];
  return { text: references.length === 0 ? text : `${text}, also where it is referred to`, ways: [changes] };
}

function referencesTo(name: string, to: string, { containers, task }: RuleContext): readonly Change[] {
  const changes: Change[] = [];
  const set = (path: string, value: unknown) => changes.push({ op: "set", path, value });
  for (const { container, path } of containers) {
    for (const [index, { containerName }] of (container.dependsOn ?? []).entries())
      if (containerName === name) set(`${path}.dependsOn[${index}].containerName`, to);
    for (const [index, { sourceContainer }] of (container.volumesFrom ?? []).entries())
      if (sourceContainer === name) set(`${path}.volumesFrom[${index}].sourceContainer`, to);
    for (const [index, link] of (container.links ?? []).entries())
      if (linkTarget(link) === name) set(`${path}.links[${index}]`, to + link.slice(name.length));
  }
  if (task.proxyConfiguration?.containerName === name) set("proxyConfiguration.containerName", to);
  return changes;
}

function checkImage({ container, path, label }: NamedContainer, { report, isDamaged }: RuleContext): void {
  const at = `${path}.image`;
  if (isDamaged(path) || isDamaged(at)) return;
  const image = present(container.image);
  if (image === undefined) {
    report("image-required", at, "The container has no image", {
      fix: givenByOption(container.name, addLike(at, EXAMPLE_IMAGE)),
      awsMessage: aws.image("blank"),
    });
    return;
  }
  const fault = imageFault(image);
  if (!hasImageCharacters(image)) {
    const what =
      image.trim() === image
        ? "is not a reference of 1 to 255 letters, digits and - _ : . / # @"
        : "begins or ends with a blank";
    report("image-characters", at, `The image ${quote(image)} ${what}`, {
      fix: imageFix(image, at, label, container.name),
      awsMessage: aws.image("invalidCharacters"),
    });
  } else if (fault !== undefined) {
    report("image-reference", at, `${fault.message}: Docker cannot pull ${quote(image)}`, {
      severity: "warning",
      fix: givenByOption(container.name, fault.instead === undefined ? undefined : write(at, fault.instead)),
    });
  }
}

function imageFix(image: string, at: string, label: string, name: string | undefined): Fix {
  const trimmed = image.trim();
  const isWhole = hasImageCharacters(trimmed) && imageFault(trimmed) === undefined;
  return givenByOption(isWhole ? undefined : (name ?? label), isWhole ? write(at, trimmed) : undefined);
}

/** Only a container with a name can be given an image on the command line. */
function givenByOption(name: string | undefined, fix: Fix | undefined): Fix {
  const key = present(name);
  if (key === undefined || !isName(key)) return fix ?? hint("Write REPOSITORY:TAG");
  const text = fix === undefined ? "Put another image in its place with" : "Give another with";
  const given = option(text, "--image", { key, word: "REFERENCE", value: EXAMPLE_IMAGE });
  return fix === undefined ? given : either(fix, given);
}

function checkUnique({ containers, byName, report }: RuleContext): void {
  const seen = new Set<string>();
  for (const { container, path } of containers) {
    const name = present(container.name);
    if (name === undefined) continue;
    if (seen.has(name)) {
      report("container-name-unique", `${path}.name`, `Another container is called ${quote(name)} too`, {
        fix: write(`${path}.name`, freeName(name, byName.keys())),
        awsMessage: aws.containerNamesUnique(),
      });
    }
    seen.add(name);
  }
}

function checkEssential({ containers, report, isDamaged }: RuleContext): void {
  const unclear = containers.some(({ path }) => isDamaged(path) || isDamaged(path, "essential"));
  if (containers.length === 0 || unclear) return;
  if (containers.some(({ container }) => container.essential !== false)) return;
  report("essential-required", "containerDefinitions", "No container is essential", {
    fix: essentialFix(containers),
    awsMessage: aws.noEssential(),
  });
}

/** Not in one whose end others wait for: that one may not be essential. */
function essentialFix(containers: readonly NamedContainer[]): Fix {
  const awaited = new Set(
    containers.flatMap(({ container }) =>
      (container.dependsOn ?? []).flatMap(({ containerName, condition }) =>
        condition === "SUCCESS" || condition === "COMPLETE" ? [containerName] : [],
      ),
    ),
  );
  const [first, ...others] = containers
    .filter(({ container }) => !awaited.has(container.name))
    .map(({ path, label }) => setIn(`${path}.essential`, true, quote(label)));
  return first === undefined
    ? hint('Set "essential": true in the container that does the work')
    : either(first, ...others);
}
