const mostTogether = 500;

/**
 * Writes one by one what could be written together: what comes while a write is under way waits for
 * the next one, which takes all of it.
 * @param write answers for each item, in order; where it throws, it throws for all of them
 */
export function together<Item, Answer>(
  write: (items: Item[]) => Promise<Answer[]>,
): (item: Item) => Promise<Answer> {
  type Waiting = {
    item: Item;
    resolve: (answer: Answer) => void;
    reject: (error: unknown) => void;
  };
  const waiting: Waiting[] = [];
  let writing = false;
  const go = async () => {
    writing = true;
    while (waiting.length > 0) {
      const some = waiting.splice(0, mostTogether);
      try {
        const answers = await write(some.map(({ item }) => item));
        for (const [index, { resolve }] of some.entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    writing = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!writing) go();
    });
}
