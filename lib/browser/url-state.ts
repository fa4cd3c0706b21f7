"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useCallback } from "react";

/**
 * The page's state in its URL, so that a view can be shared and the back button works.
 * `set` changes the named parameters and leaves the others; null removes one; a list is repeated.
 */
export function useUrlState(): {
  search: URLSearchParams;
  set: (changes: Record<string, string | number | string[] | null>, push?: boolean) => void;
} {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const set = useCallback(
    (changes: Record<string, string | number | string[] | null>, push = false) => {
      // What the address bar says now: two changes in one tick must not undo each other.
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        next.delete(name);
        if (Array.isArray(value)) for (const item of value) next.append(name, item);
        else if (value !== null && value !== "") next.set(name, String(value));
      }
      const query = next.toString();
      const url = query ? `${path}?${query}` : path;
      // The History API keeps the page where it is; Next reads it back through useSearchParams.
      if (push) router.push(url, { scroll: false });
      else window.history.replaceState(null, "", url);
    },
    [path, router],
  );
  return { search: new URLSearchParams(search), set };
}
