/** Secrets of tasks, for those who wire them. */
export { awsSource } from "./aws-source.ts";
export { environmentSource, readSecretsFile, tableSource } from "./file-source.ts";
export { RegistryAuthAdapter } from "./registry-auth-adapter.ts";
export { describeMissingSecret, findMissingSecrets } from "./resolve-secrets.ts";
export type { SecretSource } from "./secret-source.ts";
export { SecretsAdapter } from "./secrets-adapter.ts";
export { TaskEnvironmentStore } from "./task-environment-store.ts";
