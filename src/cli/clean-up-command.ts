/** A command for a shell that removes what is left of a task: its containers, then the volumes that live as long as it does. */
import { TASK_ARN_LABEL } from "../core/labels.ts";
import { shellWord } from "./command-line.ts";

export function removeCommand(taskArn: string): string {
  const filter = `--quiet --filter ${shellWord(`label=${TASK_ARN_LABEL}=${taskArn}`)}`;
  return `docker ps --all ${filter} | xargs -r docker rm --force --volumes; docker volume ls ${filter} | xargs -r docker volume rm`;
}
