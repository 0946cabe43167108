/** Every cross-field rule, in the order in which RegisterTaskDefinition checks. Source: interfaces 1.3.2. */
import type { RuleCheck } from "./rule-context.ts";
import { checkDependencies } from "./rules-dependencies.ts";
import { checkFargate } from "./rules-fargate.ts";
import { checkIdentity } from "./rules-identity.ts";
import { checkGpus, checkLimits } from "./rules-limits.ts";
import { checkLogs, checkRouterFiles } from "./rules-logs.ts";
import { checkAccelerators, checkProxy, checkRoles, checkTags, checkTaskBounds } from "./rules-metadata.ts";
import { checkAwsvpcMembers, checkDisabledNetworking, checkLinks, checkSystemControls } from "./rules-network.ts";
import { checkPorts } from "./rules-ports.ts";
import { checkResources } from "./rules-resources.ts";
import { checkHealthChecks, checkSecrets, checkWorkingDirectories } from "./rules-runtime.ts";
import { checkVolumes } from "./rules-volumes.ts";

export const RULE_CHECKS: readonly RuleCheck[] = [
  checkIdentity,
  checkResources,
  checkFargate,
  checkLinks,
  checkPorts,
  checkVolumes,
  checkDependencies,
  checkHealthChecks,
  checkLogs,
  checkRouterFiles,
  checkSecrets,
  checkRoles,
  checkTags,
  checkAwsvpcMembers,
  checkGpus,
  checkProxy,
  checkTaskBounds,
  checkAccelerators,
  checkLimits,
  checkSystemControls,
  checkDisabledNetworking,
  checkWorkingDirectories,
];
