import { startApplication } from "./application";
import { tellHowToSignIn } from "./tell-how-to-sign-in";

/** `npm start`: web and worker over the embedded PostgreSQL (or DATABASE_URL), until Ctrl-C. */
export default async function start(): Promise<void> {
  const application = await startApplication();
  tellHowToSignIn(application);
}
