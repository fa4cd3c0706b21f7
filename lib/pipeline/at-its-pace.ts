import { AppError } from "@/lib/errors";
import { Pace } from "@/lib/fhir/pace";
import { env } from "@/lib/settings/env";

/** One for each server that has said 429 to a download of this process, whichever job's it was. */
const paces = new Map<string, Pace>();

/** The file that was refused waits as long as the server says; the others, fewer now, go on after so long. */
const longestPauseMs = 2_000;

/**
 * Does a download from `url` as soon as the server takes one more: at first as many at once as the
 * worker has places for, half of that after each 429, and slowly more again.
 * @throws as `download`; the signal's reason
 */
export async function atItsPace<T>(
  url: string,
  download: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { origin } = new URL(url);
  try {
    return await (paces.get(origin)?.run(download, signal) ?? download());
  } catch (error) {
    if (error instanceof AppError && error.code === "rate-limited") {
      const most = env().WORKER_CONCURRENCY;
      const pace = paces.get(origin) ?? new Pace({ first: most, most });
      paces.set(origin, pace);
      const asked = error.retryAt?.getTime() ?? 0;
      pace.slower(new Date(Math.min(asked, Date.now() + longestPauseMs)));
    }
    throw error;
  }
}
