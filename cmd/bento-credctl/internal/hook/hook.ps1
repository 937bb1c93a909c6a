# bento-cred: keeps BENTO_CLOUD_API_KEY and BENTO_CLOUD_API_ENDPOINT in step with the context.
$global:_BentoCredSeen = ''
$global:_BentoCredPrompt = $function:prompt
function global:prompt {
    $code = $global:LASTEXITCODE
    $stamp = ''
    $file = ''
    $text = ''
    try { $stamp = [IO.File]::ReadAllText(@STAMP@) } catch { }
    if ($PWD.Provider.Name -eq 'FileSystem') {
        for ($dir = $PWD.ProviderPath; $dir; $dir = [IO.Path]::GetDirectoryName($dir)) {
            $found = [IO.Path]::Combine($dir, '.bento-cred.toml')
            if ([IO.File]::Exists($found)) {
                $file = $found
                try { $text = [IO.File]::ReadAllText($found) } catch { }
                break
            }
        }
    }
    $now = "$stamp $file $env:BENTO_CRED_CONTEXT $env:BENTOML_CLOUD_CONTEXT $text"
    if ($now -cne $global:_BentoCredSeen) {
        $global:_BentoCredSeen = $now
        $lines = & @PROGRAM@ env --hook --shell=pwsh@CONTEXT@ | Out-String
        if ($lines) { Invoke-Expression $lines }
    }
    $global:LASTEXITCODE = $code
    & $global:_BentoCredPrompt
}
