/**
 * How Node is started where its memory must not grow with the data (the worker): one malloc arena that
 * gives back what is free (glibc's several keep what large buffers leave behind), and a young
 * generation of 4 MB, since hardly a line outlives its chunk. Elsewhere than on glibc the variables
 * mean nothing.
 */
export const leanProcess = {
  env: { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" },
  flags: ["--max-semi-space-size=4"],
} as const;
