const mostTogether = 500;

/**
 * Writes one by one what could be written together: what comes while a write is under way waits for
 * the next one, which takes all of it.
 * @param options.worth after a write the next one waits for so many items, or for `withinMs`
 * @param write answers for each item, in order; where it throws, it throws for all of them
 */
export function together<Item, Answer>(
  write: (items: Item[]) => Promise<Answer[]>,
  { worth = 1, withinMs = 0 } = {},
): (item: Item) => Promise<Answer> {
  type Waiting = {
    item: Item;
    resolve: (answer: Answer) => void;
    reject: (error: unknown) => void;
  };
  const waiting: Waiting[] = [];
  let writing = false;
  let enough = () => {};
  const gathered = async () => {
    if (waiting.length >= worth || withinMs === 0) return;
    await new Promise<void>((resolve) => {
      enough = resolve;
      setTimeout(resolve, withinMs);
    });
  };
  const go = async () => {
    writing = true;
    for (; waiting.length > 0; await gathered()) {
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
      if (waiting.length >= worth) enough();
      if (!writing) go();
    });
}
