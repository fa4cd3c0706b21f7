"use client";

import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";

/**
 * The words of a search field: what is typed stands there at once, and is applied when the typing pauses.
 * A click applies it too: a link that is followed within that pause leads away from the list that was
 * asked for, and is not undone by a change of the address that comes after it.
 * @param given the words that are applied now; where they change elsewhere (back, "clear"), so do those typed
 */
export function useSearchText(
  given: string,
  apply: (text: string) => void,
): { typed: string; type: (text: string) => void; empty: () => void } {
  const [typed, setTyped] = useState(given);
  const [known, setKnown] = useState(given);
  const find = useDebouncedCallback((text: string) => apply(text.trim()), 300);
  if (given !== known) {
    setKnown(given);
    if (given !== typed.trim() && !find.isPending()) setTyped(given);
  }
  useEffect(() => {
    // Before the link's own handler: hence at the document, on the way down.
    const now = () => find.flush();
    document.addEventListener("click", now, { capture: true });
    return () => document.removeEventListener("click", now, { capture: true });
  }, [find]);
  return {
    typed,
    type: (text) => {
      setTyped(text);
      find(text);
    },
    /** Where the caller itself takes the words out of the address. */
    empty: () => {
      find.cancel();
      setTyped("");
    },
  };
}
