/** Family, containers, names, images, essential. Source: interfaces 1.3.2. */
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { present } from "./rule-context.ts";

const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const IMAGE = /^[A-Za-z0-9_\-:./#@]{1,255}$/;
const CONTAINERS_MAX = 10;

export function isName(value: string): boolean {
  return NAME.test(value);
}

export function isImageReference(value: string): boolean {
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
  if (present(task.family) === undefined) {
    report("family-required", "family", "The family is missing", {
      fix: 'Add "family": "NAME"',
      awsMessage: "Family should not be null or empty.",
    });
  } else if (!isName(task.family ?? "")) {
    report(
      "family-characters",
      "family",
      `The family ${quote(task.family ?? "")} holds other characters than letters, digits, - and _, or too many`,
      {
        fix: "Use 1 to 255 letters, digits, hyphens and underscores",
        awsMessage: "Family contains invalid characters.",
      },
    );
  }
}

function checkCount({ containers, report, isDamaged }: RuleContext): void {
  if (isDamaged("containerDefinitions")) return;
  if (containers.length === 0) {
    report("containers-required", "containerDefinitions", "There is no container", {
      fix: "Add at least one container definition",
      awsMessage: "Container list cannot be empty.",
    });
  }
  if (containers.length > CONTAINERS_MAX) {
    report(
      "containers-too-many",
      "containerDefinitions",
      `There are ${containers.length} containers, and a task has at most ${CONTAINERS_MAX}`,
      {
        fix: "Split the task",
        awsMessage: "Too many containers.",
      },
    );
  }
}

function checkName({ container, path }: NamedContainer, { report, isDamaged }: RuleContext): void {
  const at = `${path}.name`;
  if (isDamaged(path) || isDamaged(at)) return;
  const name = present(container.name);
  if (name === undefined) {
    report("container-name-required", at, "The container has no name", {
      fix: 'Add "name": "NAME"',
      awsMessage: "Container.name should not be null or empty.",
    });
  } else if (!isName(name)) {
    report(
      "container-name-characters",
      at,
      `The name ${quote(name)} holds other characters than letters, digits, - and _, or too many`,
      {
        fix: "Use 1 to 255 letters, digits, hyphens and underscores",
        awsMessage: "Container.name contains invalid characters.",
      },
    );
  }
}

function checkImage({ container, path, label }: NamedContainer, { report, isDamaged }: RuleContext): void {
  const at = `${path}.image`;
  if (isDamaged(path) || isDamaged(at)) return;
  const image = present(container.image);
  if (image === undefined) {
    report("image-required", at, "The container has no image", {
      fix: `Add "image": "REPOSITORY:TAG", or give one with --image ${label}=REFERENCE`,
      awsMessage: "Container.image should not be null or empty.",
    });
  } else if (!isImageReference(image)) {
    report(
      "image-characters",
      at,
      `The image ${quote(image)} is not a reference of 1 to 255 letters, digits and - _ : . / # @`,
      {
        fix: `Write REPOSITORY:TAG, or give one with --image ${label}=REFERENCE`,
        awsMessage: "Container.image contains invalid characters.",
      },
    );
  }
}

function checkUnique({ containers, report }: RuleContext): void {
  const seen = new Set<string>();
  for (const { container, path } of containers) {
    const name = present(container.name);
    if (name === undefined) continue;
    if (seen.has(name)) {
      report("container-name-unique", `${path}.name`, `Another container is called ${quote(name)} too`, {
        fix: "Rename one of them",
        awsMessage: "Container names must be unique within a Task Definition.",
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
    fix: 'Set "essential": true in at least one container',
    awsMessage: "Task definition doesn't have any essential container.",
  });
}
