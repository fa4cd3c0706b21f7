import { log } from "@/lib/settings/log";

/**
 * An answer that arrives line by line while the work goes on. The work goes on to its end also where
 * the reader has left. A failure cuts the stream, so that the reader does not take it for whole.
 */
export function ndjsonStream(work: (write: (line: unknown) => void) => Promise<void>): Response {
  const encoder = new TextEncoder();
  let reading = true;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        await work((line) => {
          if (reading) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
        });
        if (reading) controller.close();
      } catch (error) {
        log().error({ err: error }, "stream ended early");
        if (reading) controller.error(error);
      }
    },
    cancel() {
      reading = false;
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": "application/x-ndjson",
      "Cache-Control": "no-store",
      // nginx would keep the lines until the end
      "X-Accel-Buffering": "no",
    },
  });
}
