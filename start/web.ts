import { startApplication } from "./application";
import { tellHowToSignIn } from "./tell-how-to-sign-in";

/** The service `web` of docker-compose.yml: everything of `npm start` but the worker. */
export default async function web(): Promise<void> {
  const application = await startApplication({ webOnly: true });
  tellHowToSignIn(application);
}
