// Preloaded into every process that the starter starts: when the starter dies, however it dies, the
// channel to it closes, and nothing may be left holding the port or the jobs.
if (process.channel) {
  process.channel.unref();
  process.once("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 5_000).unref();
  });
}
