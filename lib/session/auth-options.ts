import { randomUUID } from "node:crypto";
import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/settings/log";
import { secrets } from "@/lib/settings/secrets";
import { database } from "@/lib/store/client";
import { callerAddress } from "./caller-address";
import { passwordStamp } from "./password-stamp";
import { signIn } from "./sign-in";

declare module "next-auth/jwt" {
  interface JWT {
    userId?: string;
    /** of the password that opened the session */
    stamp?: string;
  }
}

/** What the sign-in page is told: code and values as JSON; of an unknown error only where to look. */
function refusalOf(error: unknown): Error {
  if (error instanceof AppError) {
    return new Error(JSON.stringify({ code: error.code, params: error.params }));
  }
  const reference = randomUUID().slice(0, 8);
  log().error({ err: error, reference }, "sign-in failed");
  return new Error(JSON.stringify({ code: "internal", params: { reference } }));
}

/**
 * next-auth: people from the database, JWT sessions of twelve hours. The cookie only names the
 * person and the password; role, "disabled" and whether the password is still that one are read from
 * the database at every request (current-person.ts).
 */
export function authOptions(): NextAuthOptions {
  return {
    secret: secrets().sessionSecret,
    session: { strategy: "jwt", maxAge: 12 * 60 * 60 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    // Our log, and only the code: the rest may hold what the caller sent.
    logger: {
      error: (code) => log().warn({ code }, "next-auth"),
      warn: (code) => log().debug({ code }, "next-auth"),
      debug: () => {},
    },
    providers: [
      Credentials({
        name: "Bulkhouse",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(input, request) {
          try {
            const person = await signIn({
              email: input?.email ?? "",
              password: input?.password ?? "",
              ip: callerAddress(request.headers?.["x-forwarded-for"]),
            });
            return { id: person.userId, email: person.email, name: person.name };
          } catch (error) {
            throw refusalOf(error);
          }
        },
      }),
    ],
    callbacks: {
      async jwt({ token, user }) {
        if (!user) return token;
        const { passwordHash } = await database().prisma.user.findUniqueOrThrow({
          where: { id: user.id },
          select: { passwordHash: true },
        });
        return { ...token, userId: user.id, stamp: passwordStamp(passwordHash) };
      },
      session({ session, token }) {
        return { ...session, userId: token.userId, stamp: token.stamp };
      },
    },
  };
}
