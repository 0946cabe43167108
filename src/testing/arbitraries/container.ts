/** One container of a random definition as it is drawn: by itself, with wishes that its task may grant. */
import fc from "fast-check";
import type { DependencyCondition } from "../../core/definition/types.ts";
import { odds, sometimes } from "./odds.ts";

export type ContainerPools = {
  readonly images: readonly [string, ...string[]];
  readonly missingImages: readonly string[];
  readonly volumes: readonly [string, ...string[]];
  readonly secrets: readonly string[];
  readonly maxContainers: number;
};

export type ContainerDraw = {
  readonly image: string;
  readonly essential: boolean;
  readonly stopTimeout: number;
  readonly startTimeout: number | undefined;
  /** To the container with this index, if it comes earlier. */
  readonly edges: readonly (DependencyCondition | undefined)[];
  readonly links: readonly boolean[];
  readonly volumesFrom: readonly boolean[];
  readonly healthCheck: object | undefined;
  readonly restartPolicy: object | undefined;
  readonly volume: string | undefined;
  readonly port: "fixed" | "range" | "udp" | "dynamic" | undefined;
  readonly secret: string | undefined;
};

const healthCheckArbitrary = fc.record({
  command: fc.constantFrom(["CMD", "check"], ["CMD-SHELL", "test -f /ready"]),
  interval: fc.constantFrom(5, 10),
  timeout: fc.constantFrom(2, 5),
  retries: fc.constantFrom(2, 1, 3),
});
const restartPolicyArbitrary = fc
  .record({ enabled: fc.constant(true), restartAttemptPeriod: fc.constant(60), ignoresZero: fc.boolean() })
  .map(({ ignoresZero, ...policy }) => (ignoresZero ? { ...policy, ignoredExitCodes: [0] } : policy));

export function containerDrawArbitrary(pools: ContainerPools): fc.Arbitrary<ContainerDraw> {
  const perEarlier = <Value>(arbitrary: fc.Arbitrary<Value>) =>
    fc.array(arbitrary, { minLength: pools.maxContainers - 1, maxLength: pools.maxContainers - 1 });
  return fc.record({
    image: imageArbitrary(pools),
    essential: odds(40),
    stopTimeout: fc.constantFrom(2, 5, 30),
    startTimeout: sometimes(30, fc.constantFrom(5, 20, 60)),
    edges: perEarlier(sometimes(40, fc.constantFrom("START", "COMPLETE", "SUCCESS", "HEALTHY", "HEALTHY"))),
    links: perEarlier(odds(10)),
    volumesFrom: perEarlier(odds(10)),
    healthCheck: sometimes(35, healthCheckArbitrary),
    restartPolicy: sometimes(30, restartPolicyArbitrary),
    volume: sometimes(35, fc.constantFrom(...pools.volumes)),
    port: sometimes(40, fc.constantFrom("dynamic", "dynamic", "udp", "range", "fixed")),
    secret: pools.secrets.length === 0 ? fc.constant(undefined) : sometimes(15, fc.constantFrom(...pools.secrets)),
  });
}

/** The first one most of all. */
function imageArbitrary({ images, missingImages }: ContainerPools): fc.Arbitrary<string> {
  const known = fc.constantFrom(images[0], ...images);
  if (missingImages.length === 0) return known;
  return fc.oneof({ weight: 95, arbitrary: known }, { weight: 5, arbitrary: fc.constantFrom(...missingImages) });
}
