/** What a task has left in Docker, asked of the daemon itself and not of our own client. */
import { mustCall } from "../../scripts/lib/engine-api.mjs";

const TASK_ARN_LABEL = "com.amazonaws.ecs.task-arn";

/** The names of the task's containers, stopped ones too. */
export async function containersOf(dockerHost: string, taskArn: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${TASK_ARN_LABEL}=${taskArn}`] }));
  const endpoint = { host: dockerHost, source: "BERTH_TEST_DOCKER_HOST" };
  const answer: readonly { readonly Names: readonly string[] }[] = await mustCall(
    endpoint,
    "GET",
    `/containers/json?all=1&filters=${filters}`,
    { action: "list the task's containers" },
  );
  return answer.flatMap(({ Names }) => Names);
}
