/** Settings of logins for ECR, for those who switch them on. */
import type { RoleCredentials } from "../../engine/credentials-manager.ts";
import type { AwsOptions } from "../../resources/secrets/aws-options.ts";

export type EcrOptions = AwsOptions & {
  /**
   * Registries that ECR's API knows although their names do not say so: stand-ins for ECR on this machine, by host with
   * port, as in `127.0.0.1:5000`. Where the API is asked is `AWS_ENDPOINT_URL_ECR` in `env`.
   */
  readonly registries?: Readonly<Record<string, { readonly registryId: string; readonly region?: string }>>;
  /**
   * Credentials of a task's execution role. Asked for tasks that have one; `undefined` fails the pull. Without this
   * function such tasks use the credentials of the engine, as all others do.
   */
  readonly executionCredentials?: (
    taskArn: string,
    executionRoleArn: string,
  ) => Pick<RoleCredentials, "accessKeyId" | "secretAccessKey" | "sessionToken"> | undefined;
};
