"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { places } from "./places";

/** Is something being typed, or a dialog open, so that letters are not meant for us? */
const busy = (target: EventTarget | null) =>
  (target instanceof HTMLElement &&
    (target.isContentEditable || target.closest("input, textarea, select") !== null)) ||
  document.querySelector('[role="dialog"]') !== null;

/**
 * The keyboard of the whole console: "?" shows it, "g" and a letter go somewhere, Ctrl or ⌘ and K
 * opens the palette.
 */
export function useKeys({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }) {
  const router = useRouter();
  const actions = useRef({ onPalette, onHelp });
  actions.current = { onPalette, onHelp };
  useEffect(() => {
    let going = 0;
    const press = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        actions.current.onPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || busy(event.target)) return;
      if (event.key === "?") {
        actions.current.onHelp();
      } else if (event.key === "g") {
        going = event.timeStamp;
      } else if (going && event.timeStamp - going < 1_500) {
        const place = places.find(({ key }) => key === event.key.toLowerCase());
        going = 0;
        if (place) router.push(place.href);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [router]);
}
