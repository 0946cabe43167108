/** Health checks, secrets, working directories. Source: interfaces 1.3.2, 1.2; engine-modern 10.1. */
import { InvalidInputError } from "../errors.ts";
import { parseValueFrom } from "../secrets/value-from.ts";
import { aws } from "./aws-texts.ts";
import { addLike, either, remove, write, writeBetween, writeLike } from "./fix.ts";
import { healthAdvice } from "./health-command.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import type { Report } from "./problem.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries, present } from "./rule-context.ts";
import { absolute, isRelative } from "./rules-volumes.ts";

const HEALTH_BOUNDS = [
  { name: "interval", min: 5, max: 300 },
  { name: "timeout", min: 2, max: 60 },
  { name: "retries", min: 1, max: 10 },
  { name: "startPeriod", min: 0, max: 300 },
] as const;

export function checkHealthChecks(context: RuleContext): void {
  for (const entry of context.containers) checkHealthCheck(entry, context);
}

function checkHealthCheck({ container, path, label }: NamedContainer, { report, isDamaged }: RuleContext): void {
  const check = container.healthCheck;
  if (check === undefined) return;
  const at = `${path}.healthCheck`;
  if (!isDamaged(at, "command")) checkCommand(check.command ?? [], `${at}.command`, report);
  for (const { name, min, max } of HEALTH_BOUNDS) {
    const value = check[name];
    if (value === undefined || (value >= min && value <= max)) continue;
    report("health-check", `${at}.${name}`, `${name} is ${min} to ${max}, and this is ${value}`, {
      fix: writeBetween(`${at}.${name}`, min, max),
      awsMessage: value > max ? aws.healthMaximum(name, max, label) : undefined,
    });
  }
}

function checkCommand(command: readonly string[], at: string, report: Report): void {
  const [first, ...rest] = command;
  if (first === undefined || (rest.length === 0 && (first === "CMD" || first === "CMD-SHELL"))) {
    report("health-check", at, "The health check has no command", {
      fix: writeLike(at, "a command", ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]),
    });
    return;
  }
  const advice = healthAdvice(command);
  if (advice === undefined) return;
  report("health-check-command", at, advice.message, { severity: "warning", fix: write(at, advice.instead) });
}

/** Docker makes no container in a directory that is not absolute. */
export function checkWorkingDirectories({ containers, windows, report }: RuleContext): void {
  for (const { container, path } of containers) {
    const at = `${path}.workingDirectory`;
    const directory = present(container.workingDirectory);
    if (!windows && directory !== undefined && isRelative(directory)) {
      report("path-relative", at, `The working directory ${quote(directory)} does not begin with a slash`, {
        fix: write(at, absolute(directory)),
      });
    }
    for (const [index, { containerPath = "/" }] of (container.linuxParameters?.tmpfs ?? []).entries()) {
      if (!isRelative(containerPath)) continue;
      const member = `${path}.linuxParameters.tmpfs[${index}].containerPath`;
      report("path-relative", member, `The container path ${quote(containerPath)} does not begin with a slash`, {
        fix: write(member, absolute(containerPath)),
      });
    }
  }
}

const PARAMETER_NAME = /^[A-Za-z0-9_.\-/]{1,2048}(?::[A-Za-z0-9_.-]{1,100})?$/;

export function checkSecrets(context: RuleContext): void {
  for (const entry of context.containers) {
    const { container, path } = entry;
    const secrets = container.secrets ?? [];
    const variables = new Set(secrets.length === 0 ? [] : container.environment?.map(({ name }) => name));
    const names = new Set<string>();
    for (const [index, { name, valueFrom }] of secrets.entries()) {
      const at = `${path}.secrets[${index}]`;
      if (name !== undefined && variables.has(name)) reportShared(name, at, entry, context.report);
      if (name !== undefined && names.has(name)) reportDuplicate(name, at, context.report);
      if (name !== undefined) names.add(name);
      checkParameterName(name ?? "", valueFrom, at, context.report);
    }
    for (const [index, { name, valueFrom }] of (container.logConfiguration?.secretOptions ?? []).entries()) {
      checkParameterName(name ?? "", valueFrom, `${path}.logConfiguration.secretOptions[${index}]`, context.report);
    }
  }
  checkSecretsRole(context);
}

function reportShared(name: string, at: string, { container, path }: NamedContainer, report: Report): void {
  const variable = (container.environment ?? []).findIndex((each) => each.name === name);
  report("secret-name-shared", `${at}.name`, `An environment variable is called ${quote(name)} too`, {
    fix: either(remove(at, "Remove the secret"), remove(`${path}.environment[${variable}]`, "remove the variable")),
    awsMessage: aws.secretShared(name),
  });
}

function reportDuplicate(name: string, at: string, report: Report): void {
  report("secret-name-duplicate", `${at}.name`, `Another secret is called ${quote(name)} too`, {
    fix: remove(at, "Rename or remove one of them"),
    awsMessage: aws.secretTwice(name),
  });
}

function checkParameterName(name: string, valueFrom: string | undefined, at: string, report: Report): void {
  if (valueFrom === undefined || PARAMETER_NAME.test(valueFrom) || holdsPlaceholder(valueFrom)) return;
  if (valueFrom.startsWith("arn:")) {
    if (isReadable(valueFrom)) return;
    report("secret-parameter-name", `${at}.valueFrom`, `${quote(valueFrom)} names neither a parameter nor a secret`, {
      severity: "warning",
      fix: writeLike(
        `${at}.valueFrom`,
        "the whole ARN of a parameter or of a secret",
        "arn:aws:ssm:us-east-1:123456789012:parameter/db/password",
      ),
    });
    return;
  }
  report("secret-parameter-name", `${at}.valueFrom`, `${quote(valueFrom)} is neither an ARN nor a parameter's name`, {
    fix: writeLike(
      `${at}.valueFrom`,
      "the ARN of a secret, or a parameter name of letters, digits and _ . - /",
      "/db/password",
    ),
    awsMessage: aws.secretParameter(name),
  });
}

function isReadable(valueFrom: string): boolean {
  try {
    parseValueFrom(valueFrom);
    return true;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/** The execution role itself is not assumed here, so that its absence keeps nothing from running. */
function checkSecretsRole({ task, containers, report, isDamaged }: RuleContext): void {
  if (present(task.executionRoleArn) !== undefined || isDamaged("executionRoleArn")) return;
  const hasSecrets = containers.some(
    ({ container }) => hasEntries(container.secrets) || hasEntries(container.logConfiguration?.secretOptions),
  );
  if (!hasSecrets) return;
  report("secrets-execution-role", "executionRoleArn", "ECS reads secrets with an execution role, and none is named", {
    fix: addLike("executionRoleArn", "ecsTaskExecutionRole"),
    awsMessage: aws.secretsRole(),
  });
}
