import type { FaultSettings } from "@/sandbox/fault-settings";
import type { SandboxOptions } from "@/sandbox/options";
import { type Sandbox, startSandbox } from "@/sandbox/server";

// A sandbox in a process of its own, which makes its lines while it is asked for them. Messages: options
// (answered with how it is reached), faults, "counts" (answered with what an export of all groups holds).

export type SandboxAnswer = Pick<Sandbox, "fhirBaseUrl"> & {
  config: ReturnType<Sandbox["config"]>;
};

let sandbox: Sandbox | undefined;
type Message = { options: SandboxOptions } | { faults: FaultSettings } | "counts";
process.on("message", async (message: Message) => {
  if (message === "counts") process.send?.(await sandbox?.expectedCounts(null));
  else if ("faults" in message) {
    if (sandbox) sandbox.faults = message.faults;
  } else {
    sandbox = await startSandbox(message.options);
    const { fhirBaseUrl } = sandbox;
    process.send?.({ fhirBaseUrl, config: sandbox.config() } satisfies SandboxAnswer);
  }
});
process.send?.("ready");
