"use client";

import {
  ActionIcon,
  AppShell,
  Avatar,
  Burger,
  Button,
  Group,
  Kbd,
  Menu,
  NavLink,
  Text,
  Tooltip,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useOs } from "@mantine/hooks";
import {
  IconDeviceDesktop,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUser,
  IconUserCog,
} from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { Reconnecting } from "@/components/feedback/reconnecting";
import { Link } from "@/components/frame/link";
import { chooseLanguage } from "./choose-language";
import { Mark } from "./mark";
import { places } from "./places";
import { useKeys } from "./use-keys";

// Loaded when they are wanted: the first view does not wait for them.
const Palette = dynamic(() => import("./palette").then(({ Palette }) => Palette), { ssr: false });
const Shortcuts = dynamic(() => import("./shortcuts").then(({ Shortcuts }) => Shortcuts), {
  ssr: false,
});
const DropAnywhere = dynamic(
  () => import("./drop-anywhere").then(({ DropAnywhere }) => DropAnywhere),
  { ssr: false },
);

/** Navigation at the left, where-am-I, command palette, language, theme and person at the top. */
export function Frame({
  person,
  children,
}: {
  person: { name: string; email: string; role: "admin" | "operator" | "viewer" };
  children: ReactNode;
}) {
  const t = useTranslations("frame");
  const locale = useLocale();
  const path = usePathname();
  const [open, { toggle, close }] = useDisclosure();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const here = places.find(({ href }) => (href === "/" ? path === "/" : path.startsWith(href)));

  const os = useOs();
  const mod = os === "macos" || os === "ios" ? "⌘" : "Ctrl ";
  const [palette, setPalette] = useState(0);
  const [help, setHelp] = useState<boolean | null>(null);
  const openPalette = () => setPalette((times) => times + 1);
  useKeys({ onPalette: openPalette, onHelp: () => setHelp(true) });
  // The whole window takes files as soon as the page itself is done, and the palette is at hand: what is
  // typed while it loads would be lost.
  const [calm, setCalm] = useState(false);
  useEffect(() => {
    const later = window.setTimeout(() => {
      setCalm(true);
      void import("./palette");
    }, 1_000);
    return () => window.clearTimeout(later);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes whenever the place changes
  useEffect(close, [path]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding={{ base: "md", md: "lg" }}
    >
      <a href="#content" className="skip-link">
        {t("skip-to-content")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={open ? t("close-menu") : t("open-menu")}
            />
            <Text
              component={Link}
              href="/"
              fw={700}
              size="lg"
              c="inherit"
              td="none"
              visibleFrom="xs"
            >
              <Group component="span" gap={8} wrap="nowrap">
                <Mark size={26} />
                Bulkhouse
              </Group>
            </Text>
            {here && here.id !== "overview" ? (
              <Text c="dimmed" size="sm" truncate>
                {t(`nav.${here.id}`)}
              </Text>
            ) : null}
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              leftSection={<IconSearch size={14} aria-hidden />}
              rightSection={<Kbd size="xs">{mod}K</Kbd>}
              onClick={openPalette}
              visibleFrom="sm"
            >
              {t("search")}
            </Button>
            <ActionIcon
              variant="default"
              size="lg"
              hiddenFrom="sm"
              onClick={openPalette}
              aria-label={t("search")}
            >
              <IconSearch size={18} aria-hidden />
            </ActionIcon>
            <Menu>
              <Menu.Target>
                <Tooltip label={t("language")}>
                  <ActionIcon variant="default" size="lg" aria-label={t("language")}>
                    <IconLanguage size={18} aria-hidden />
                  </ActionIcon>
                </Tooltip>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  lang="en"
                  onClick={() => chooseLanguage("en")}
                  fw={locale === "en" ? 600 : 400}
                >
                  English
                </Menu.Item>
                <Menu.Item
                  lang="zh-CN"
                  onClick={() => chooseLanguage("zh-CN")}
                  fw={locale === "zh-CN" ? 600 : 400}
                >
                  简体中文
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
            <Menu>
              <Menu.Target>
                <Tooltip label={t("theme.label")}>
                  <ActionIcon variant="default" size="lg" aria-label={t("theme.label")}>
                    {colorScheme === "dark" ? (
                      <IconMoon size={18} aria-hidden />
                    ) : (
                      <IconSun size={18} aria-hidden />
                    )}
                  </ActionIcon>
                </Tooltip>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={<IconSun size={16} />}
                  onClick={() => setColorScheme("light")}
                >
                  {t("theme.light")}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconMoon size={16} />}
                  onClick={() => setColorScheme("dark")}
                >
                  {t("theme.dark")}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconDeviceDesktop size={16} />}
                  onClick={() => setColorScheme("auto")}
                >
                  {t("theme.auto")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
            <Menu>
              <Menu.Target>
                <ActionIcon
                  variant="subtle"
                  size="lg"
                  radius="xl"
                  aria-label={t("person", { name: person.name })}
                >
                  {/* A picture, no initials: visible letters would have to be part of the button's name. */}
                  <Avatar size={30} variant="light" color="indigo" aria-hidden>
                    <IconUser size={18} />
                  </Avatar>
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>
                  {person.email} · {t(`role.${person.role}`)}
                </Menu.Label>
                <Menu.Item
                  component={Link}
                  href="/settings?tab=account"
                  leftSection={<IconUserCog size={16} />}
                >
                  {t("account")}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconLogout size={16} />}
                  onClick={async () => {
                    // next-auth would lead to NEXTAUTH_URL, which need not be how we were reached.
                    const { signOut } = await import("next-auth/react");
                    await signOut({ redirect: false });
                    window.location.assign("/sign-in");
                  }}
                >
                  {t("sign-out")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t("nav.label")}>
        {places.map(({ id, href, icon: Icon }) => (
          <NavLink
            key={id}
            component={Link}
            href={href}
            label={t(`nav.${id}`)}
            leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
            active={here?.id === id}
            aria-current={here?.id === id ? "page" : undefined}
            style={{ borderRadius: "var(--mantine-radius-md)" }}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {children}
        {calm && person.role !== "viewer" ? <DropAnywhere /> : null}
      </AppShell.Main>
      {palette > 0 ? (
        <Palette asked={palette} role={person.role} onShortcuts={() => setHelp(true)} />
      ) : null}
      {help === null ? null : <Shortcuts opened={help} onClose={() => setHelp(false)} />}
      <Reconnecting />
    </AppShell>
  );
}
