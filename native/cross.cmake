# A toolchain for `cmake --toolchain native/cross.cmake -DRAMPART_TARGET=…`: zig compiles, for it has the headers
# of every platform, and LLVM's linkers link. `npm run build:cross` calls it for each target.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RAMPART_TARGET RAMPART_ZIG)
set(triple_linux-x64 x86_64-linux-gnu.2.17)
set(triple_linux-arm64 aarch64-linux-gnu.2.17)
set(triple_linux-armhf arm-linux-gnueabihf.2.17)
set(triple_darwin-x64 x86_64-macos.11.0)
set(triple_darwin-arm64 aarch64-macos.11.0)

if(NOT DEFINED triple_${RAMPART_TARGET})
  message(FATAL_ERROR "RAMPART_TARGET is linux-x64, linux-arm64, linux-armhf, darwin-x64 or darwin-arm64")
endif()
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR ${triple_${RAMPART_TARGET}})

# Zig has its own notion of a linker; nothing is linked before the library.
# -Oz is only -Os to it unless clang is told as well.
# Without its own debugging information, in which the path of the sources stands.
set(small -g0 -fomit-frame-pointer -ffunction-sections -Xclang -Oz)
if(RAMPART_TARGET STREQUAL "linux-armhf")
  list(APPEND small -Xclang -target-feature -Xclang +thumb-mode)
endif()
set(CMAKE_C_COMPILER ${RAMPART_ZIG} cc -target ${triple_${RAMPART_TARGET}} -fno-sanitize=all ${small})
set(CMAKE_C_COMPILER_ID Clang)
set(CMAKE_C_COMPILER_ID_RUN TRUE)
set(CMAKE_C_COMPILER_FORCED TRUE)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

if(RAMPART_TARGET MATCHES "^darwin")
  set(CMAKE_SYSTEM_NAME Darwin)
  set(CMAKE_OSX_SYSROOT "")
  set(CMAKE_OSX_ARCHITECTURES "")
  set(CMAKE_OSX_DEPLOYMENT_TARGET "")
  # Not called: the linker writes the name.
  set(CMAKE_INSTALL_NAME_TOOL llvm-install-name-tool)
  string(REPLACE "aarch64" "arm64" machine ${CMAKE_SYSTEM_PROCESSOR})
  file(GLOB llvm /usr/lib/llvm-*/bin)
  find_program(RAMPART_LD64 NAMES ld64.lld PATHS ${llvm} REQUIRED)
  set(RAMPART_LINKER
      "${RAMPART_LD64} -arch ${machine} -platform_version macos 11.0 11.0 -dylib -adhoc_codesign -dead_strip ${CMAKE_CURRENT_LIST_DIR}/preload/libSystem.tbd"
  )
else()
  set(CMAKE_SYSTEM_NAME Linux)
  set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
  set(linker ld.lld)
  if(RAMPART_TARGET STREQUAL "linux-arm64")
    # Zig's own knows the relocations and the intermediate code that its compiler makes; a frame that is too large is
    # a warning of it. Its optimizer is told what the compiler is told for the other platforms, and
    # leaves instructions in the order in which equal ones are found.
    set(linker "${RAMPART_ZIG} ld.lld --fatal-warnings --lto-O2")
    foreach(option inline-threshold=0 enable-machine-outliner=always enable-post-misched=false disable-lsr disable-machine-licm enable-shrink-wrap=false)
      string(APPEND linker " -mllvm -${option}")
    endforeach()
  endif()
  set(RAMPART_LINKER "${linker} -shared -O2 --gc-sections --icf=all --no-rosegment --eh-frame-hdr")
endif()
