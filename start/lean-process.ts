/**
 * How Node is started where its memory must not grow with the data (the worker): one malloc arena that
 * gives back what is free (glibc's several keep what large buffers leave behind) and has room for the buffers
 * of reads (each would be mapped anew, as setting any threshold holds that one at 128 KB), and a young
 * generation of 8 MB at most, since hardly a line outlives its chunk. What a very long line leaves is
 * collected at once (lib/load/read-chunks). One thread collects and compiles: several take turns with
 * PostgreSQL. Elsewhere than on glibc the variables mean nothing.
 */
export const leanProcess = {
  env: {
    MALLOC_ARENA_MAX: "1",
    MALLOC_MMAP_THRESHOLD_: "2097152",
    MALLOC_TRIM_THRESHOLD_: "16777216",
  },
  flags: ["--max-semi-space-size=8", "--v8-pool-size=1", "--expose-gc"],
} as const;
