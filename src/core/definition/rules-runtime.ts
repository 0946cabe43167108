/** Health checks, logs, secrets. Source: interfaces 1.3.2, 1.2; engine-modern 10.1. */
import { InvalidInputError } from "../errors.ts";
import { parseValueFrom } from "../secrets/value-from.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import type { Report } from "./problem.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries, present } from "./rule-context.ts";

const HEALTH_BOUNDS = [
  { name: "interval", min: 5, max: 300 },
  { name: "timeout", min: 2, max: 60 },
  { name: "retries", min: 1, max: 10 },
  { name: "startPeriod", min: 0, max: 300 },
] as const;
const FIRST_WORDS: ReadonlySet<string> = new Set(["CMD", "CMD-SHELL", "NONE"]);

export function checkHealthChecks(context: RuleContext): void {
  for (const entry of context.containers) checkHealthCheck(entry, context);
}

function checkHealthCheck({ container, path, label }: NamedContainer, { report, isDamaged }: RuleContext): void {
  const check = container.healthCheck;
  if (check === undefined) return;
  const at = `${path}.healthCheck`;
  const awsMessage = `Invalid 'healthCheck' setting for container '${label}'.`;
  const [first, ...rest] = check.command ?? [];
  if (isDamaged(at, "command")) return;
  if (first === undefined || (rest.length === 0 && first !== "NONE" && FIRST_WORDS.has(first))) {
    report("health-check", `${at}.command`, "The health check has no command", {
      fix: 'Write ["CMD-SHELL", "COMMAND"]',
      awsMessage,
    });
  } else if (!FIRST_WORDS.has(first)) {
    report(
      "health-check",
      `${at}.command[0]`,
      `The health check starts with ${quote(first)}, not with CMD or CMD-SHELL`,
      {
        fix: rest.length === 0 ? 'Write "CMD-SHELL" in front' : 'Write "CMD" in front, or "CMD-SHELL" and one string',
        awsMessage,
      },
    );
  }
  for (const { name, min, max } of HEALTH_BOUNDS) {
    const value = check[name];
    if (value === undefined || (value >= min && value <= max)) continue;
    report("health-check", `${at}.${name}`, `${name} is ${min} to ${max}, and this is ${value}`, {
      fix: `Write ${min} to ${max}`,
      awsMessage,
    });
  }
}

const LOG_DRIVERS: ReadonlySet<string> = new Set([
  "json-file",
  "syslog",
  "journald",
  "gelf",
  "fluentd",
  "awslogs",
  "splunk",
  "awsfirelens",
]);

export function checkLogs(context: RuleContext): void {
  for (const { container, path } of context.containers) {
    const driver = container.logConfiguration?.logDriver;
    const at = `${path}.logConfiguration`;
    if (driver === undefined) continue;
    if (!LOG_DRIVERS.has(driver)) {
      context.report("log-driver", `${at}.logDriver`, `ECS has no log driver ${quote(driver)}`, {
        fix: `Write one of ${[...LOG_DRIVERS].join(", ")}; leave logConfiguration out for the host's own`,
        awsMessage: `Log driver ${driver} is not supported.`,
      });
    }
    if (driver === "awslogs") checkAwslogs(container.logConfiguration?.options ?? {}, at, context);
  }
}

function checkAwslogs(options: Readonly<Record<string, string>>, at: string, { report, isDamaged }: RuleContext): void {
  const missing = ["awslogs-region", "awslogs-group"].filter((name) => present(options[name]) === undefined);
  if (missing.length === 0 || isDamaged(at, "options")) return;
  if (missing.some((name) => isDamaged(`${at}.options[${quote(name)}]`))) return;
  report("awslogs-options", `${at}.options`, `awslogs lacks ${missing.join(" and ")}`, {
    fix: `Add ${missing.map((name) => `"${name}"`).join(" and ")}`,
    awsMessage: `Log driver awslogs requires options: ${missing.join(", ")}`,
  });
}

const PARAMETER_NAME = /^[A-Za-z0-9_.\-/]{1,2048}(?::[A-Za-z0-9_.-]{1,100})?$/;

export function checkSecrets(context: RuleContext): void {
  for (const { container, path } of context.containers) {
    const secrets = container.secrets ?? [];
    const variables = new Set(secrets.length === 0 ? [] : container.environment?.map(({ name }) => name));
    const names = new Set<string>();
    for (const [index, { name, valueFrom }] of secrets.entries()) {
      const at = `${path}.secrets[${index}]`;
      if (name !== undefined && variables.has(name)) reportShared(name, at, context.report);
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

function reportShared(name: string, at: string, report: Report): void {
  report("secret-name-shared", `${at}.name`, `An environment variable is called ${quote(name)} too`, {
    fix: "Remove the one that is not meant",
    awsMessage: `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${name}'.`,
  });
}

function reportDuplicate(name: string, at: string, report: Report): void {
  report("secret-name-duplicate", `${at}.name`, `Another secret is called ${quote(name)} too`, {
    fix: "Rename one of them",
    awsMessage: `Duplicate secret names found: ${name}. Each secret name must be unique.`,
  });
}

function checkParameterName(name: string, valueFrom: string | undefined, at: string, report: Report): void {
  if (valueFrom === undefined || PARAMETER_NAME.test(valueFrom) || holdsPlaceholder(valueFrom)) return;
  if (valueFrom.startsWith("arn:")) {
    if (isReadable(valueFrom)) return;
    report("secret-parameter-name", `${at}.valueFrom`, `${quote(valueFrom)} names neither a parameter nor a secret`, {
      severity: "warning",
      fix: "Write the whole ARN of a parameter or of a secret",
    });
    return;
  }
  report("secret-parameter-name", `${at}.valueFrom`, `${quote(valueFrom)} is neither an ARN nor a parameter's name`, {
    fix: "Write the ARN of a secret, or a parameter name of letters, digits and _ . - /",
    awsMessage: `The Systems Manager parameter name specified for secret ${name} is invalid`,
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

function checkSecretsRole({ task, containers, fargate, report, isDamaged }: RuleContext): void {
  if (!fargate || present(task.executionRoleArn) !== undefined || isDamaged("executionRoleArn")) return;
  const hasSecrets = containers.some(
    ({ container }) => hasEntries(container.secrets) || hasEntries(container.logConfiguration?.secretOptions),
  );
  if (!hasSecrets) return;
  report("secrets-execution-role", "executionRoleArn", "Fargate needs an execution role to read secrets", {
    fix: 'Add "executionRoleArn": "ecsTaskExecutionRole"',
  });
}
