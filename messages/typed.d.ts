import type { Locale, Messages } from "./messages";

declare module "use-intl" {
  // A word that is not there is an error of the build, and no key on screen.
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}
