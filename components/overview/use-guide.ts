"use client";

import { useLocalStorage } from "@mantine/hooks";
import { useEffect } from "react";

/**
 * Is the guided start to be shown? While nothing has been exported whole it is; whoever has seen it in
 * this browser is led to its last step, until they end it. Nobody else meets it again.
 * @param nothing no job has completed yet; undefined while that is not known
 */
export function useGuide(nothing: boolean | undefined): { shown: boolean; end: () => void } {
  const [underway, setUnderway] = useLocalStorage({ key: "guided-start", defaultValue: false });
  useEffect(() => {
    if (nothing) setUnderway(true);
  }, [nothing, setUnderway]);
  return { shown: nothing === true || underway, end: () => setUnderway(false) };
}
