#ifndef ZOO_H
#define ZOO_H
#define ZOO_VERSION_MAJOR 1
#  define ZOO_VERSION "1.2.3"
#endif
