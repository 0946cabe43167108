/** Bounds of single settings. Source: interfaces 1.2, 1.3.2; engine-modern 11.1. */
import { aws } from "./aws-texts.ts";
import type { Change, Fix } from "./fix.ts";
import { either, hint, remove, setIn, write, writeAtLeast, writeBetween, writeLike } from "./fix.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import type { Report } from "./problem.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import type { WireContainer } from "./wire.ts";

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

function checkRestartPolicy({ container, path, label }: NamedContainer, { report }: RuleContext): void {
  const policy = container.restartPolicy;
  const codes = policy?.ignoredExitCodes?.length ?? 0;
  if (codes > IGNORED_EXIT_CODES_MAX) {
    report(
      "restart-policy",
      `${path}.restartPolicy.ignoredExitCodes`,
      `There are ${codes} ignored exit codes, and at most ${IGNORED_EXIT_CODES_MAX} are allowed`,
      { fix: hint("Keep those that the program uses") },
    );
  }
  const period = policy?.restartAttemptPeriod;
  if (period === undefined || (period >= RESTART_PERIOD_S.min && period <= RESTART_PERIOD_S.max)) return;
  const bounds = `${RESTART_PERIOD_S.min} to ${RESTART_PERIOD_S.max}`;
  report(
    "restart-policy",
    `${path}.restartPolicy.restartAttemptPeriod`,
    `The period is ${bounds} s, and this is ${period} s`,
    {
      fix: writeBetween(`${path}.restartPolicy.restartAttemptPeriod`, RESTART_PERIOD_S.min, RESTART_PERIOD_S.max),
      awsMessage: aws.restartPeriod(label),
    },
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
        { severity: "warning", fix: keepLast(name, container, path) },
      );
    }
    names.add(name);
  }
  checkEnvironmentFiles({ container, path }, report);
}

/** Those that do not count. */
function keepLast(name: string, { environment = [] }: WireContainer, path: string): Fix {
  const places = environment.flatMap((each, index) => (each.name === name ? [index] : []));
  const changes = places
    .slice(0, -1)
    .reverse()
    .map((index): Change => ({ op: "remove", path: `${path}.environment[${index}]` }));
  return { text: `Keep the last of them`, ways: [changes] };
}

type ContainerAt = Pick<NamedContainer, "container" | "path">;

function checkEnvironmentFiles({ container, path }: ContainerAt, report: Report): void {
  const files = container.environmentFiles ?? [];
  if (files.length > ENVIRONMENT_FILES_MAX) {
    report(
      "environment-file",
      `${path}.environmentFiles`,
      `There are ${files.length} environment files, and at most ${ENVIRONMENT_FILES_MAX} are allowed`,
      { fix: hint("Join some of them"), awsMessage: aws.environmentFiles() },
    );
  }
  for (const [index, { value }] of files.entries()) {
    if (value === undefined || ENVIRONMENT_FILE.test(value) || holdsPlaceholder(value)) continue;
    report(
      "environment-file",
      `${path}.environmentFiles[${index}].value`,
      `${quote(value)} is not the ARN of an S3 object ending in .env`,
      {
        fix: writeLike(`${path}.environmentFiles[${index}].value`, "its ARN", "arn:aws:s3:::bucket/app.env"),
        awsMessage: value.startsWith("arn:") ? undefined : aws.arn(),
      },
    );
  }
}

function checkLinuxParameters({ container, path }: NamedContainer, { report }: RuleContext): void {
  const linux = container.linuxParameters;
  if (linux === undefined) return;
  const at = `${path}.linuxParameters`;
  const bound = (member: string, value: number | undefined, min: number, max = Number.POSITIVE_INFINITY) => {
    if (value === undefined || (value >= min && value <= max)) return;
    const path = `${at}.${member}`;
    const fix = max === Number.POSITIVE_INFINITY ? writeAtLeast(path, min) : writeBetween(path, min, max);
    report("linux-parameters", path, `${value} is out of bounds`, { fix });
  };
  bound("sharedMemorySize", linux.sharedMemorySize, 0);
  bound("maxSwap", linux.maxSwap, 0);
  bound("swappiness", linux.swappiness, 0, 100);
  for (const [index, { size }] of (linux.tmpfs ?? []).entries()) bound(`tmpfs[${index}].size`, size, 1);
  if (linux.swappiness === undefined || linux.maxSwap !== undefined) return;
  report("swappiness-without-swap", `${at}.swappiness`, "swappiness has no effect without maxSwap", {
    severity: "warning",
    fix: remove(`${at}.swappiness`),
  });
}

function checkTimeouts({ container, path }: NamedContainer, { report }: RuleContext): void {
  for (const member of ["startTimeout", "stopTimeout"] as const) {
    const seconds = container[member];
    if (seconds === undefined || seconds >= 0) continue;
    report("timeout-negative", `${path}.${member}`, `${seconds} s cannot be waited for`, {
      fix: remove(`${path}.${member}`, "Write 1 or more seconds, or leave it out"),
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
        fix:
          softLimit === -1
            ? write(`${path}.ulimits[${index}].softLimit`, hardLimit)
            : either(
                write(`${path}.ulimits[${index}].softLimit`, hardLimit),
                setIn(`${path}.ulimits[${index}].hardLimit`, softLimit, "this limit"),
              ),
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
      { fix: remove(`${path}.credentialSpecs`, "Remove them: they need Active Directory") },
    );
  }
  for (const [index, spec] of specs.entries()) {
    if (/^credentialspec(domainless)?:/.test(spec)) continue;
    report(
      "credential-specs",
      `${path}.credentialSpecs[${index}]`,
      `${quote(spec)} does not start with credentialspec: or credentialspecdomainless:`,
      { fix: remove(`${path}.credentialSpecs`, "Remove it: it needs Active Directory") },
    );
  }
}

export function checkGpus({ containers, report }: RuleContext): void {
  for (const { container, path } of containers) {
    const gpus = (container.resourceRequirements ?? []).filter(({ type }) => type === "GPU");
    if (gpus.length > 1) {
      report("resource-requirements", `${path}.resourceRequirements`, "GPUs are asked for more than once", {
        fix: keepFirstGpu(container, path),
      });
    }
    for (const [index, { type, value }] of (container.resourceRequirements ?? []).entries()) {
      if (type !== "GPU" || value === undefined || /^[1-9]\d{0,3}$/.test(value)) continue;
      report(
        "resource-requirements",
        `${path}.resourceRequirements[${index}].value`,
        `${quote(value)} is no number of GPUs`,
        { fix: writeLike(`${path}.resourceRequirements[${index}].value`, "a whole number as a string", "1") },
      );
    }
  }
}

function keepFirstGpu({ resourceRequirements = [] }: WireContainer, path: string): Fix {
  const [, ...more] = resourceRequirements.flatMap(({ type }, index) => (type === "GPU" ? [index] : []));
  const changes = more
    .reverse()
    .map((index): Change => ({ op: "remove", path: `${path}.resourceRequirements[${index}]` }));
  return { text: "Keep one entry", ways: [changes] };
}
