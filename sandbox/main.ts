import { startSandbox } from "./server";

/** The sandbox as a process of its own: `tsx sandbox/main.ts`. */
const number = (name: string, fallback?: number) => {
  const text = process.env[name];
  if (!text) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value)) {
    process.stderr.write(`${name} must be a number, not "${text}"\n`);
    process.exit(1);
  }
  return value;
};

const port = number("SANDBOX_PORT", 4004);
try {
  const documents = number("SANDBOX_DOCUMENTS");
  const sandbox = await startSandbox({
    port,
    host: process.env.SANDBOX_HOST || undefined,
    // Addresses of documents stand in the data, so they cannot be each asker's own word for this host.
    publicUrl:
      process.env.SANDBOX_PUBLIC_URL || (documents ? `http://localhost:${port}` : undefined),
    seed: number("SANDBOX_SEED"),
    scale: number("SANDBOX_SCALE"),
    preparationMs: number("SANDBOX_PREPARATION_MS", 1_500),
    resourcesPerFile: number("SANDBOX_RESOURCES_PER_FILE"),
    tokenSeconds: number("SANDBOX_TOKEN_SECONDS"),
    stateDir: process.env.SANDBOX_STATE_DIR || undefined,
    documents: documents ? { each: documents } : undefined,
    faults: process.env.SANDBOX_FAULTS ? JSON.parse(process.env.SANDBOX_FAULTS) : undefined,
  });
  const { url, fhirBaseUrl } = sandbox;
  process.stdout.write(
    `${JSON.stringify({ ready: true, url, port: sandbox.port, fhir_url: fhirBaseUrl })}\n`,
  );

  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    void sandbox.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", close);
  process.once("SIGINT", close);
  // The parent is gone: nobody is left to stop us.
  process.once("disconnect", close);
  process.send?.({ ready: true, url, port: sandbox.port });
} catch (error) {
  const busy = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
  process.stderr.write(
    busy
      ? `Port ${port} is in use: stop what listens there, or set SANDBOX_PORT.\n`
      : `The sandbox cannot start: ${(error as Error).message}\n`,
  );
  process.exit(1);
}
