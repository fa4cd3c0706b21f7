import {
  IconChartHistogram,
  IconDatabase,
  IconHelpCircle,
  IconHome,
  IconListDetails,
  IconPlugConnected,
  IconSettings,
} from "@tabler/icons-react";

/** The console's places in the order of the navigation; `key` follows "g" on the keyboard. */
export const places = [
  { id: "overview", href: "/", icon: IconHome, key: "o" },
  { id: "connections", href: "/connections", icon: IconPlugConnected, key: "c" },
  { id: "jobs", href: "/jobs", icon: IconListDetails, key: "j" },
  { id: "visualize", href: "/visualize", icon: IconChartHistogram, key: "v" },
  { id: "data", href: "/data", icon: IconDatabase, key: "d" },
  { id: "settings", href: "/settings", icon: IconSettings, key: "s" },
  { id: "help", href: "/help", icon: IconHelpCircle, key: "h" },
] as const;
