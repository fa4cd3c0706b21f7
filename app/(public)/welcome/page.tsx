import type { Metadata } from "next";
import { InvalidLink } from "@/components/session/invalid-link";
import { WelcomeForm } from "@/components/session/welcome-form";
import { locale } from "@/lib/http/locale";
import { openInvitation } from "@/lib/session/invitations";
import { anyoneKnown } from "@/lib/session/people";
import { messages } from "@/messages/messages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: messages(await locale()).session.welcome.title };
}

export default async function WelcomePage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { token } = await searchParams;
  const invitation = typeof token === "string" ? await openInvitation(token) : null;
  if (typeof token !== "string" || !invitation) {
    return <InvalidLink firstStart={!(await anyoneKnown())} />;
  }
  return <WelcomeForm token={token} {...invitation} />;
}
