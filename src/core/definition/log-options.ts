/**
 * Options of log drivers that ECS asks for and takes. Drivers that are not named here take what Docker takes.
 * Source: Amazon ECS API reference, LogConfiguration; the answers "requires options" and "disallows options" of the service.
 */

type DriverOptions = {
  /** In the order in which AWS names those that are missing. */
  readonly required: readonly string[];
  /** All that there are; absent where the list is not known. */
  readonly allowed?: readonly string[];
};

const COMMON = ["mode", "max-buffer-size"] as const;

export const LOG_OPTIONS: Readonly<Record<string, DriverOptions>> = {
  awslogs: {
    required: ["awslogs-region", "awslogs-group"],
    allowed: [
      ...COMMON,
      "awslogs-create-group",
      "awslogs-region",
      "awslogs-group",
      "awslogs-stream-prefix",
      "awslogs-datetime-format",
      "awslogs-multiline-pattern",
    ],
  },
  splunk: { required: ["splunk-token", "splunk-url"] },
};

/** Example values, for what is to be written. */
export const LOG_OPTION_EXAMPLES: Readonly<Record<string, string>> = {
  "awslogs-region": "us-east-1",
  "awslogs-group": "/ecs/web",
  "splunk-token": "TOKEN",
  "splunk-url": "https://splunk.example.com:8088",
};

export const LOG_DRIVERS = [
  "json-file",
  "syslog",
  "journald",
  "gelf",
  "fluentd",
  "awslogs",
  "splunk",
  "awsfirelens",
] as const;

export const FARGATE_LOG_DRIVERS: readonly string[] = ["awslogs", "splunk", "awsfirelens"];
