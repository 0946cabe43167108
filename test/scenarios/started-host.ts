/** A simulated host whose engine is initialised: where most scenarios begin. */
import { SimulatedHost, type SimulatedHostOptions } from "../../src/testing/simulated-host.ts";

export async function startedHost(options: SimulatedHostOptions = {}): Promise<SimulatedHost> {
  const host = new SimulatedHost(options);
  await host.start();
  return host;
}
