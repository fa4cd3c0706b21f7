/**
 * How Node is started where its memory must not grow with the data (the worker): one malloc arena that
 * gives back what is free (glibc's several keep what large buffers leave behind), a young generation of
 * 4 MB, since hardly a line outlives its chunk, and an old one that is collected when it has grown by a
 * fifth. Elsewhere than on glibc the variables
 * mean nothing.
 */
export const leanProcess = {
  env: { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" },
  flags: ["--max-semi-space-size=4", "--heap-growing-percent=20"],
} as const;
