// Preloaded into every process that the starter starts: when the starter dies, however it dies, the
// channel to it closes, and nothing may be left holding the port or the jobs.
if (process.channel) {
  // The channel is not unreferenced: `next dev` hands this module on to its own server process,
  // which has nothing else to live for until its orders arrive.
  process.once("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 5_000).unref();
  });
}
