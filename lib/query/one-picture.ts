import { type Chosen, type JobChoice, jobsAndState } from "./chosen-jobs";
import { judged } from "./judged";
import type { Filters, Wanted } from "./selection";

/** While an answer was made, a job that loads was looked at anew: its people have other numbers now. */
class Moved extends Error {}

const mostTries = 5;

/** Asks something of the people that were wanted. @throws what `ask` throws; what begins all anew */
export type Look = <T>(ask: (filters: Filters) => Promise<T>) => Promise<T>;

/**
 * Finds the chosen jobs, and what `work` wants to know of them. People are found by one statement and what is
 * theirs by others: where a job that loads was looked at anew in between, `look` throws, so that nothing is kept, and
 * all begins again.
 * @throws what `work` throws
 */
export async function onePicture<T>(
  choice: JobChoice,
  wanted: Wanted,
  work: (chosen: Chosen, look: Look) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const chosen = await jobsAndState(choice, wanted);
    const look: Look = async (ask) => {
      const answer = await ask(await judged(wanted, chosen));
      if (!wanted.people || !chosen.passing) return answer;
      const { passing } = await jobsAndState(choice, wanted);
      if (passing !== chosen.passing) throw new Moved("a job that loads was looked at anew");
      return answer;
    };
    try {
      return await work(chosen, look);
    } catch (error) {
      if (!(error instanceof Moved) || tries === mostTries) throw error;
    }
  }
}
