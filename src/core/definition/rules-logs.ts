/** Log drivers, their options, and FireLens routers. Source: interfaces 1.3.2, 1.2. */
import { aws } from "./aws-texts.ts";
import type { Change, Fix } from "./fix.ts";
import { because, remove, write } from "./fix.ts";
import { FARGATE_LOG_DRIVERS, LOG_DRIVERS, LOG_OPTION_EXAMPLES, LOG_OPTIONS } from "./log-options.ts";
import { nearest } from "./nearest.ts";
import { childPath, quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { present } from "./rule-context.ts";

type Logs = NonNullable<NamedContainer["container"]["logConfiguration"]>;

export function checkLogs(context: RuleContext): void {
  for (const { container, path } of context.containers) {
    const logs = container.logConfiguration;
    if (logs?.logDriver === undefined) continue;
    const at = `${path}.logConfiguration`;
    checkDriver(logs.logDriver, at, context);
    checkRequired(logs, at, context);
    checkAllowed(logs, at, context);
  }
  checkRouters(context);
}

function checkDriver(driver: string, at: string, { fargate, report }: RuleContext): void {
  if (!(LOG_DRIVERS as readonly string[]).includes(driver)) {
    report("log-driver", `${at}.logDriver`, `ECS has no log driver ${quote(driver)}`, {
      fix: remove(
        at,
        `Leave logConfiguration out for the host's own driver, or write one of ${LOG_DRIVERS.join(", ")}`,
      ),
      awsMessage: fargate ? aws.fargateLogDriver(driver) : undefined,
    });
  } else if (fargate && !FARGATE_LOG_DRIVERS.includes(driver)) {
    report("fargate-log-driver", `${at}.logDriver`, `Fargate does not have the log driver ${driver}`, {
      fix: remove(at, `Leave logConfiguration out, or write one of ${FARGATE_LOG_DRIVERS.join(", ")}`),
      awsMessage: aws.fargateLogDriver(driver),
    });
  }
}

/** A value may come from a secret. */
function namesOf({ options = {}, secretOptions = [] }: Logs): ReadonlySet<string | undefined> {
  const given = Object.keys(options).filter((name) => present(options[name]) !== undefined);
  return new Set([...given, ...secretOptions.map(({ name }) => name)]);
}

function checkRequired(logs: Logs, at: string, { report, isDamaged }: RuleContext): void {
  const { required = [] } = LOG_OPTIONS[logs.logDriver ?? ""] ?? {};
  const given = namesOf(logs);
  const missing = required.filter((name) => !given.has(name));
  if (missing.length === 0 || isDamaged(at, "options")) return;
  if (missing.some((name) => isDamaged(childPath(`${at}.options`, name)))) return;
  report("awslogs-options", `${at}.options`, `${logs.logDriver} lacks ${missing.join(" and ")}`, {
    fix: optionsFix(missing, at),
    awsMessage: logs.logDriver === "awslogs" ? aws.awslogsRequires(missing) : undefined,
  });
}

function optionsFix(missing: readonly string[], at: string): Fix {
  const examples = missing.map((name) => [name, LOG_OPTION_EXAMPLES[name] ?? "VALUE"] as const);
  const changes = examples.map(
    ([name, value]): Change => ({ op: "set", path: childPath(`${at}.options`, name), value }),
  );
  const shown = examples.map(([name, value]) => `"${name}", as in ${quote(value)}`);
  return { text: `Add ${shown.join(", and ")}`, ways: [changes] };
}

function checkAllowed(logs: Logs, at: string, { report }: RuleContext): void {
  const driver = logs.logDriver ?? "";
  const { allowed } = LOG_OPTIONS[driver] ?? {};
  if (allowed === undefined) return;
  const others = Object.keys(logs.options ?? {}).filter((name) => !allowed.includes(name));
  for (const name of others) {
    const path = childPath(`${at}.options`, name);
    const given = namesOf(logs);
    const meant = nearest(
      name,
      allowed.filter((each) => !given.has(each)),
    );
    report("log-option-unknown", path, `${driver} does not take the option ${quote(name)}`, {
      fix:
        meant === undefined
          ? remove(path)
          : { text: `Did you mean "${meant}"`, ways: [[{ op: "rename", path, to: meant }]] },
      awsMessage: aws.awslogsDisallows([name]),
    });
  }
}

function checkRouters({ containers, report, isDamaged }: RuleContext): void {
  const routers = containers.filter(({ container }) => container.firelensConfiguration !== undefined);
  const users = containers.filter(({ container }) => container.logConfiguration?.logDriver === "awsfirelens");
  const isUnclear = containers.some(
    ({ path }) => isDamaged(path) || isDamaged(path, "firelensConfiguration") || isDamaged(path, "logConfiguration"),
  );
  if (isUnclear) return;
  const [router, ...more] = routers;
  const [user] = users;
  if (router === undefined && user !== undefined) {
    const changes = users.map(({ path }): Change => ({ op: "remove", path: `${path}.logConfiguration` }));
    report(
      "firelens-router",
      `${user.path}.logConfiguration.logDriver`,
      "awsfirelens needs a log router, and no container has a firelensConfiguration",
      {
        fix: {
          text: "Add a container with firelensConfiguration, or leave logConfiguration out of those that log by awsfirelens",
          ways: [changes],
        },
        awsMessage: aws.routerMissing(),
      },
    );
  }
  if (router !== undefined && user === undefined) {
    const changes = routers.map(({ path }): Change => ({ op: "remove", path: `${path}.firelensConfiguration` }));
    report(
      "firelens-router",
      `${router.path}.firelensConfiguration`,
      "The log router has no user: no container has the log driver awsfirelens",
      {
        fix: { text: "Remove firelensConfiguration, or log to it with awsfirelens", ways: [changes] },
        awsMessage: aws.routerUnused(),
      },
    );
  }
  for (const { path } of more) {
    report(
      "firelens-routers",
      `${path}.firelensConfiguration`,
      "The task has another log router before this one: it gets no logs",
      {
        severity: "warning",
        fix: remove(`${path}.firelensConfiguration`),
      },
    );
  }
}

/** A configuration from S3 is named by the ARN of the object. */
export function checkRouterFiles({ containers, fargate, report }: RuleContext): void {
  for (const { container, path } of containers) {
    const options = container.firelensConfiguration?.options;
    if (options?.["config-file-type"] !== "s3" || fargate) continue;
    const value = options["config-file-value"] ?? "";
    if (value.startsWith("arn:") || value.includes("$")) continue;
    const at = `${path}.firelensConfiguration.options`;
    const arn = value.startsWith("s3://")
      ? `arn:aws:s3:::${value.slice("s3://".length)}`
      : "arn:aws:s3:::BUCKET/FILE.conf";
    report("firelens-file", childPath(at, "config-file-value"), `${quote(value)} is not the ARN of an S3 object`, {
      fix: because(write(childPath(at, "config-file-value"), arn), "the ARN of the object"),
      awsMessage: aws.arn(),
    });
  }
}
