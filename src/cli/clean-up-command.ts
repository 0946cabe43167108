/** A command for a shell that removes what is left of a task. */
import { TASK_ARN_LABEL } from "../core/labels.ts";

export function removeCommand(taskArn: string): string {
  return `docker rm --force --volumes $(docker ps --all --quiet --filter label=${TASK_ARN_LABEL}=${taskArn})`;
}
