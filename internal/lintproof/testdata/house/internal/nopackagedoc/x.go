package nopackagedoc // want revive: package-comments: // want staticcheck: ST1000
