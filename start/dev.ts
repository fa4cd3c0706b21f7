import { startApplication } from "./application";
import { tellHowToSignIn } from "./tell-how-to-sign-in";

/** `npm run dev`: `next dev`, and a worker that starts again when its code changes. */
export default async function dev(): Promise<void> {
  const application = await startApplication({ dev: true });
  tellHowToSignIn(application);
}
