/** Bounds of single settings. Source: interfaces 1.2, 1.3.2; engine-modern 11.1. */
import { holdsPlaceholder } from "./placeholder-forms.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";

const RESTART_PERIOD_S = { min: 60, max: 1800 } as const;
const IGNORED_EXIT_CODES_MAX = 50;
const ENVIRONMENT_FILES_MAX = 10;
const ENVIRONMENT_FILE = /^arn:aws[a-z-]{0,20}:s3:::.{1,1200}\.env$/s;

export function checkLimits(context: RuleContext): void {
  for (const entry of context.containers) {
    checkRestartPolicy(entry, context);
    checkEnvironment(entry, context);
    checkLinuxParameters(entry, context);
    checkTimeouts(entry, context);
    checkUlimits(entry, context);
    checkCredentialSpecs(entry, context);
  }
}

function checkRestartPolicy({ container, path }: NamedContainer, { report }: RuleContext): void {
  const policy = container.restartPolicy;
  const codes = policy?.ignoredExitCodes?.length ?? 0;
  if (codes > IGNORED_EXIT_CODES_MAX) {
    report(
      "restart-policy",
      `${path}.restartPolicy.ignoredExitCodes`,
      `There are ${codes} ignored exit codes, and at most ${IGNORED_EXIT_CODES_MAX} are allowed`,
    );
  }
  const period = policy?.restartAttemptPeriod;
  if (period === undefined || (period >= RESTART_PERIOD_S.min && period <= RESTART_PERIOD_S.max)) return;
  const bounds = `${RESTART_PERIOD_S.min} to ${RESTART_PERIOD_S.max}`;
  report(
    "restart-policy",
    `${path}.restartPolicy.restartAttemptPeriod`,
    `The period is ${bounds} s, and this is ${period} s`,
    { fix: `Write ${bounds}` },
  );
}

function checkEnvironment({ container, path }: NamedContainer, { report }: RuleContext): void {
  const names = new Set<string>();
  for (const [index, { name }] of (container.environment ?? []).entries()) {
    if (name === undefined) continue;
    if (names.has(name)) {
      report(
        "environment-duplicate",
        `${path}.environment[${index}].name`,
        `${quote(name)} stands twice: this value wins`,
        {
          severity: "warning",
          fix: "Keep one of them",
        },
      );
    }
    names.add(name);
  }
  const files = container.environmentFiles ?? [];
  if (files.length > ENVIRONMENT_FILES_MAX) {
    report(
      "environment-file",
      `${path}.environmentFiles`,
      `There are ${files.length} environment files, and at most ${ENVIRONMENT_FILES_MAX} are allowed`,
    );
  }
  for (const [index, { value }] of files.entries()) {
    if (value === undefined || ENVIRONMENT_FILE.test(value) || holdsPlaceholder(value)) continue;
    report(
      "environment-file",
      `${path}.environmentFiles[${index}].value`,
      `${quote(value)} is not the ARN of an S3 object ending in .env`,
      {
        fix: "Write arn:aws:s3:::BUCKET/FILE.env",
      },
    );
  }
}

function checkLinuxParameters({ container, path }: NamedContainer, { report }: RuleContext): void {
  const linux = container.linuxParameters;
  if (linux === undefined) return;
  const at = `${path}.linuxParameters`;
  const bound = (member: string, value: number | undefined, min: number, max: number, range: string) => {
    if (value === undefined || (value >= min && value <= max)) return;
    report("linux-parameters", `${at}.${member}`, `${value} is out of bounds: ${range}`, { fix: `Write ${range}` });
  };
  bound("sharedMemorySize", linux.sharedMemorySize, 0, Number.POSITIVE_INFINITY, "0 MiB or more");
  bound("maxSwap", linux.maxSwap, 0, Number.POSITIVE_INFINITY, "0 MiB or more");
  bound("swappiness", linux.swappiness, 0, 100, "0 to 100");
  for (const [index, { size }] of (linux.tmpfs ?? []).entries())
    bound(`tmpfs[${index}].size`, size, 1, Number.POSITIVE_INFINITY, "1 MiB or more");
  if (linux.swappiness === undefined || linux.maxSwap !== undefined) return;
  report("swappiness-without-swap", `${at}.swappiness`, "swappiness has no effect without maxSwap", {
    severity: "warning",
    fix: "Add maxSwap, or remove swappiness",
  });
}

function checkTimeouts({ container, path }: NamedContainer, { report }: RuleContext): void {
  for (const member of ["startTimeout", "stopTimeout"] as const) {
    const seconds = container[member];
    if (seconds === undefined || seconds >= 0) continue;
    report("timeout-negative", `${path}.${member}`, `${seconds} s cannot be waited for`, {
      fix: "Write 1 or more seconds, or leave it out",
    });
  }
}

function checkUlimits({ container, path }: NamedContainer, { report }: RuleContext): void {
  for (const [index, { softLimit, hardLimit }] of (container.ulimits ?? []).entries()) {
    if (softLimit === undefined || hardLimit === undefined || hardLimit === -1) continue;
    if (softLimit !== -1 && softLimit <= hardLimit) continue;
    report(
      "ulimit-order",
      `${path}.ulimits[${index}].softLimit`,
      `The soft limit ${softLimit} lies above the hard limit ${hardLimit}`,
      {
        severity: "warning",
        fix: `Write at most ${hardLimit}`,
      },
    );
  }
}

function checkCredentialSpecs({ container, path }: NamedContainer, { report }: RuleContext): void {
  const specs = container.credentialSpecs ?? [];
  if (specs.length > 1) {
    report(
      "credential-specs",
      `${path}.credentialSpecs`,
      `There are ${specs.length} credential specifications, and a container has at most one`,
    );
  }
  for (const [index, spec] of specs.entries()) {
    if (/^credentialspec(domainless)?:/.test(spec)) continue;
    report(
      "credential-specs",
      `${path}.credentialSpecs[${index}]`,
      `${quote(spec)} does not start with credentialspec: or credentialspecdomainless:`,
    );
  }
}

export function checkGpus({ containers, report }: RuleContext): void {
  for (const { container, path, label } of containers) {
    const awsMessage = `Invalid 'resourceRequirements' setting for container '${label}'.`;
    const gpus = (container.resourceRequirements ?? []).filter(({ type }) => type === "GPU");
    if (gpus.length > 1) {
      report("resource-requirements", `${path}.resourceRequirements`, "GPUs are asked for more than once", {
        fix: "Keep one entry",
        awsMessage,
      });
    }
    for (const [index, { type, value }] of (container.resourceRequirements ?? []).entries()) {
      if (type !== "GPU" || value === undefined || /^[1-9]\d{0,3}$/.test(value)) continue;
      report(
        "resource-requirements",
        `${path}.resourceRequirements[${index}].value`,
        `${quote(value)} is no number of GPUs`,
        {
          fix: 'Write a whole number as a string, as in "1"',
          awsMessage,
        },
      );
    }
  }
}
