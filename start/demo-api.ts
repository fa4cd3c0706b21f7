import { setTimeout as sleep } from "node:timers/promises";

const requestSeconds = 60;

/** The public HTTP API as a script uses it: a key, JSON, and the sentence of what went wrong. */
export class DemoApi {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /**
   * @throws Error with the API's own sentence, or why it could not be reached. A read is tried again
   *   for half a minute: the server may be starting again.
   */
  async ask<T>(path: string, body?: unknown): Promise<T> {
    const giveUpAt = Date.now() + 30_000;
    for (;;) {
      try {
        return await this.once<T>(path, body);
      } catch (error) {
        const again = body === undefined && !(error as { status?: number }).status;
        if (!again || Date.now() > giveUpAt) throw error;
        await sleep(500);
      }
    }
  }

  private async once<T>(path: string, body: unknown): Promise<T> {
    const method = body === undefined ? "GET" : "POST";
    let answer: Response;
    try {
      answer = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${this.key}`,
          ...(body !== undefined && { "Content-Type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(requestSeconds * 1_000),
      });
    } catch (error) {
      throw new Error(`${method} ${path} got no answer: ${reasonOf(error)}`);
    }
    const text = await answer.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new Error(`${method} ${path} answered HTTP ${answer.status} without JSON.`);
    }
    if (answer.ok) return json as T;
    const said = (json as { error?: string }).error ?? `HTTP ${answer.status}`;
    throw Object.assign(new Error(`${method} ${path}: ${said}`), { status: answer.status });
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return `nothing within ${requestSeconds} s`;
  return (cause as { code?: string } | undefined)?.code ?? message;
}
