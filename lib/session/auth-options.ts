import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { AppError } from "@/lib/errors";
import { secrets } from "@/lib/settings/secrets";
import { signIn } from "./sign-in";

declare module "next-auth/jwt" {
  interface JWT {
    userId?: string;
  }
}

/**
 * next-auth: people from the database, JWT sessions of twelve hours. The cookie only names the
 * person; role and "disabled" are read from the database at every request (current-person.ts).
 */
export function authOptions(): NextAuthOptions {
  return {
    secret: secrets().sessionSecret,
    session: { strategy: "jwt", maxAge: 12 * 60 * 60 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        name: "Bulkhouse",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(input, request) {
          try {
            const forwarded = request.headers?.["x-forwarded-for"];
            const person = await signIn({
              email: input?.email ?? "",
              password: input?.password ?? "",
              ip: typeof forwarded === "string" ? forwarded.split(",")[0] : null,
            });
            return { id: person.userId, email: person.email, name: person.name };
          } catch (error) {
            // The sign-in page shows the words of this code; anything else is ours to log.
            if (error instanceof AppError) throw new Error(error.code);
            throw error;
          }
        },
      }),
    ],
    callbacks: {
      jwt({ token, user }) {
        if (user) token.userId = user.id;
        return token;
      },
      session({ session, token }) {
        return { ...session, userId: token.userId };
      },
    },
  };
}
